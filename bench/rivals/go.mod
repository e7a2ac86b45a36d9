module github.com/shmengine/shmengine/bench/rivals

go 1.26.0

replace github.com/shmengine/shmengine => ../..

require (
	github.com/cloudwego/shmipc-go v0.2.0
	github.com/shmengine/shmengine v0.0.0
	go.nanomsg.org/mangos/v3 v3.4.2
	golang.org/x/sys v0.48.0
)

require (
	github.com/Microsoft/go-winio v0.5.2 // indirect
	github.com/aclements/go-moremath v0.0.0-20210112150236-f10218a38794 // indirect
	github.com/bytedance/gopkg v0.0.0-20220817015305-b879a72dc90f // indirect
	github.com/edsrzf/mmap-go v1.2.0 // indirect
	github.com/go-ole/go-ole v1.2.6 // indirect
	github.com/klauspost/cpuid/v2 v2.4.2 // indirect
	github.com/power-devops/perfstat v0.0.0-20210106213030-5aafc221ea8c // indirect
	github.com/shirou/gopsutil/v3 v3.22.1 // indirect
	github.com/yusufpapurcu/wmi v1.2.2 // indirect
	golang.org/x/perf v0.0.0-20260312031701-16a31bc5fbd0 // indirect
)
