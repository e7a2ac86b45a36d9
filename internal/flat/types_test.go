package flat_test

import (
	"math"
	"net/netip"
	"structs"
	"time"
)

// Types and values that the tests share.
type (
	point  struct{ X, Y float64 }
	padded struct {
		A uint8
		B uint64
		C bool
	}
	order struct {
		ID    uint64
		Name  string
		Tags  []string
		Path  []point
		Price float32
		Done  bool
		Raw   []byte
		Grid  [2][]int32
		Sub   []item
		Last  [3]item
	}
	item struct {
		Name  string
		Flags []bool
		padded2
	}
	padded2 struct {
		N int16
		U uint
	}
	tree struct {
		Name string
		Kids []tree
	}
	list    []list
	company struct {
		Founded time.Time
		Address netip.Addr
		Visits  []time.Time
	}
	header struct {
		_ structs.HostLayout
		A uint32
		_ [4]byte
		B uint64
	}
	skipping struct {
		A     int32
		Cache map[string]int `flat:"-"`
		B     int64
		lock  chan int `flat:"-"`
		C     []int
	}
	open struct {
		_    struct{} `flat:"unexported"`
		a, b int
		name string
	}
)

func someOrder() order {
	return order{
		ID: 1 << 60, Name: "größer", Tags: []string{"a", "", "long long long"}, Path: []point{{1, 2}, {3, math.Inf(1)}},
		Price: 1.5, Done: true, Raw: []byte{}, Grid: [2][]int32{nil, {1, 2, 3}},
		Sub:  []item{{"x", []bool{true, false}, padded2{-3, 4}}, {}},
		Last: [3]item{1: {Name: "last", Flags: []bool{}}},
	}
}
