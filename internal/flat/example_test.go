package flat_test

import (
	"fmt"

	"github.com/shmengine/shmengine/internal/flat"
)

func ExamplePlan() {
	type Order struct {
		ID    uint64
		Items []string
		Cache map[string]int `flat:"-"`
	}
	plan, err := flat.For[Order]()
	if err != nil {
		panic(err)
	}
	order := Order{ID: 7, Items: []string{"tea", "milk"}}
	buf := make([]byte, plan.Size(&order))
	n := plan.Encode(buf, &order)

	var back Order
	err = plan.Decode(buf[:n], &back)
	fmt.Println(n, back.ID, back.Items, err)

	buf[8] = 200 // one more than the number of items
	fmt.Println(plan.Decode(buf[:n], &back))
	// Output:
	// 44 7 [tea milk] <nil>
	// decode flat_test.Order: Items: length 199 is more than the 28 bytes left can hold: flat: corrupt bytes
}

func ExampleFor() {
	type Job struct {
		Name string
		Done chan bool
	}
	_, err := flat.For[Job]()
	fmt.Println(err)
	// Output:
	// flatten flat_test.Job: Done is a chan (leave it out with the tag `flat:"-"`, or write it with methods or a codec): flat: type cannot be flattened
}

func ExampleDifference() {
	type ours struct{ A, B int32 }
	type theirs struct {
		A int32
		B int64
	}
	p, _ := flat.For[ours]()
	q, _ := flat.For[theirs]()
	fmt.Println(flat.Difference(q.Signature(), p.Signature()))
	// Output:
	// theirs has "B int64" where ours has "B int32"
}

// celsius is a codec for float64 in two bytes.
type celsius struct{}

func (celsius) Size(*float64) int { return 2 }

func (celsius) Encode(dst []byte, v *float64) int {
	dst[0], dst[1] = byte(int(*v*10)), byte(int(*v*10)>>8)
	return 2
}

func (celsius) Decode(src []byte, v *float64) error {
	if len(src) != 2 {
		return fmt.Errorf("a temperature of %d bytes", len(src))
	}
	*v = float64(int16(uint16(src[0])|uint16(src[1])<<8)) / 10
	return nil
}

func ExampleUsing() {
	plan, err := flat.For[[]float64](flat.Using(celsius{}))
	if err != nil {
		panic(err)
	}
	days := []float64{21.5, -3}
	buf := make([]byte, plan.Size(&days))
	plan.Encode(buf, &days)
	var back []float64
	fmt.Println(plan.Decode(buf, &back), back)
	// Output:
	// <nil> [21.5 -3]
}
