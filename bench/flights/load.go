package flights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/parquet-go/parquet-go"
)

// Sentinel errors of [Load], wrapped with the file's name.
var (
	ErrNotParquet = errors.New("not a Parquet file")
	ErrDamaged    = errors.New("damaged Parquet file")
	ErrColumns    = errors.New("not a flights table")
)

// Load reads the columns date, delay and distance of a Parquet file.
func Load(path string) (Columns, error) {
	c, err := load(path)
	if err != nil {
		return Columns{}, fmt.Errorf("load %s: %w", path, err)
	}
	return c, nil
}

func load(path string) (Columns, error) {
	st, err := os.Stat(path)
	if err != nil {
		return Columns{}, cause(err)
	}
	if st.IsDir() {
		return Columns{}, errors.New("is a directory, want a Parquet file")
	}
	if !st.Mode().IsRegular() {
		return Columns{}, errors.New("is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return Columns{}, cause(err)
	}
	defer f.Close()
	return decode(f, st.Size())
}

// cause drops the operation and the path of a file error: Load names both.
func cause(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// decode reads the three columns of a Parquet file of size bytes.
func decode(r io.ReaderAt, size int64) (_ Columns, err error) {
	defer catch(&err)
	if err := checkMagic(r, size); err != nil {
		return Columns{}, err
	}
	f, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return Columns{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return readColumns(f)
}

// checkMagic tells a text file and a cut file from a Parquet file, and a
// footer that claims to be longer than the file from one that can be read.
func checkMagic(r io.ReaderAt, size int64) error {
	const magic = "PAR1"
	var head, tail [8]byte
	if size < int64(len(head)) {
		return fmt.Errorf("%w: %d bytes long", ErrNotParquet, size)
	}
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return err
	}
	if string(head[:4]) != magic {
		return fmt.Errorf("%w: it begins with %q, want %q", ErrNotParquet, head[:4], magic)
	}
	if _, err := r.ReadAt(tail[:], size-int64(len(tail))); err != nil {
		return err
	}
	if string(tail[4:]) != magic {
		return fmt.Errorf("%w: it ends without %q (cut short?)", ErrDamaged, magic)
	}
	if n := int64(binary.LittleEndian.Uint32(tail[:])); n > size-12 {
		return fmt.Errorf("%w: a footer of %d bytes in a file of %d (cut short?)", ErrDamaged, n, size)
	}
	return nil
}

// catch turns a panic of the Parquet library on damaged input into an error.
func catch(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", ErrDamaged, p)
	}
}
