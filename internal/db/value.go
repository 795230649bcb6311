package db

import (
	"encoding/json"
	"fmt"

	"gorm.io/gorm/clause"
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

// Quiet is set, without updated_at moving: for what a sign-in or a request
// leaves behind, which is no change that anybody would look for.
func (set Set) Quiet() Set {
	set["updated_at"] = clause.Expr{SQL: "?", Vars: []any{column("updated_at")}}
	return set
}
