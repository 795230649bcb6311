package wire

type listObject struct{}

func (listObject) object() string { return "list" }

// List is one page of a list.
type List[T any] struct {
	Object   Object[listObject] `json:"object"`
	Data     Array[T]           `json:"data"`
	Metadata ListMetadata       `json:"list_metadata"`
}

// ListMetadata holds the cursors: ids of objects in data, null at the ends.
type ListMetadata struct {
	Before *string `json:"before"`
	After  *string `json:"after"`
}

// WholeList is a list that is not paged (the roles).
type WholeList[T any] struct {
	Object Object[listObject] `json:"object"`
	Data   Array[T]           `json:"data"`
}
