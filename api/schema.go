package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// schemas turns Go types into JSON Schema (OpenAPI 3.1 §4.8.24), each named
// struct once.
type schemas map[string]any

type object = map[string]any

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
	metaType = reflect.TypeFor[metadata]()
)

// of is the schema of t; inBody says that it is read, not written.
func (s schemas) of(t reflect.Type, inBody bool) object {
	switch {
	case t == rawType:
		return object{"type": "object"}
	case t == metaType:
		return nullable(object{"type": "object", "additionalProperties": nullable(object{"type": "string"})})
	case t.Kind() == reflect.Struct && t.NumField() > 0 && t.Field(0).Type == timeType:
		return object{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Struct && t.NumField() == 0: // wire.Object: its JSON is its name
		return object{"const": constant(t)}
	case t.Kind() == reflect.Struct && strings.HasPrefix(t.Name(), "Maybe["):
		return nullable(s.of(t.Field(1).Type.Elem(), inBody))
	}
	switch t.Kind() {
	case reflect.Pointer:
		return nullable(s.of(t.Elem(), inBody))
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem(), inBody)}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem(), inBody)}
	case reflect.Interface:
		return object{}
	case reflect.Struct:
		return s.reference(t, inBody)
	}
	return object{"type": "string"}
}

// nullable is a schema that null meets too. A constant or a reference has no
// type to add to.
func nullable(schema object) object {
	kind, ok := schema["type"].(string)
	if !ok {
		return object{"anyOf": []any{schema, object{"type": "null"}}}
	}
	schema["type"] = []any{kind, "null"}
	return schema
}

func constant(t reflect.Type) any {
	text, err := json.Marshal(reflect.Zero(t).Interface())
	if err != nil {
		return nil
	}
	var v any
	_ = json.Unmarshal(text, &v) // what Marshal wrote is JSON
	return v
}

func (s schemas) reference(t reflect.Type, inBody bool) object {
	name := schemaName(t)
	if _, known := s[name]; !known {
		s[name] = nil // a type may hold itself
		s[name] = s.structure(t, inBody)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// schemaName is the type's name, of a list with what it lists.
func schemaName(t reflect.Type) string {
	name := t.Name()
	if generic, argument, ok := strings.Cut(name, "["); ok {
		argument = argument[strings.LastIndexAny(argument, "./")+1:]
		name = generic + "Of" + strings.TrimSuffix(argument, "]")
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

func (s schemas) structure(t reflect.Type, inBody bool) object {
	properties, required := object{}, []string{}
	s.members(t, inBody, properties, &required)
	schema := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		slices.Sort(required)
		schema["required"] = required
	}
	return schema
}

func (s schemas) members(t reflect.Type, inBody bool, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			s.members(f.Type, inBody, properties, required)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		rule := f.Tag.Get("api")
		schema := s.of(f.Type, inBody)
		switch rule {
		case "date-time":
			schema["format"] = rule
		case "empty":
			schema["maxItems"] = 0
		}
		properties[name] = schema
		if rule == "required" || !inBody && !strings.Contains(options, "omitempty") {
			*required = append(*required, name)
		}
	}
}
