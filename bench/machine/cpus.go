package machine

import (
	"strconv"
	"strings"
)

// PinTo is Pin to a list in words, such as 0 or 0,1.
func PinTo(text string) error {
	var list []int
	for word := range strings.SplitSeq(text, ",") {
		cpu, err := strconv.Atoi(word)
		if err != nil {
			return err
		}
		list = append(list, cpu)
	}
	return Pin(list...)
}
