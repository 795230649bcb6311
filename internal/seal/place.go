package seal

import "encoding/binary"

// Place is where a sealed value lives. Organization is empty for what is the
// deployment's own.
type Place struct {
	Organization string
	Table        string
	Column       string
	Row          string
}

// associated is the place as associated data behind what is there already.
// Each part has its length before it, so that no two places read the same.
func (p Place) associated(data []byte) []byte {
	for _, part := range []string{p.Organization, p.Table, p.Column, p.Row} {
		data = binary.BigEndian.AppendUint32(data, uint32(len(part)))
		data = append(data, part...)
	}
	return data
}
