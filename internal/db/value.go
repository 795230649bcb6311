package db

import (
	"encoding/json"
	"fmt"
)

// JSON is a column's new value in a Set, where the model has serializer:json:
// a Set's values go to the database as they are.
func JSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("db: %T cannot be JSON: %v", v, err)) // maps and slices of strings always can
	}
	return string(text)
}
