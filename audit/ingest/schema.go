package ingest

import (
	"encoding/json"
	"slices"

	"gatehouse/internal/problem"
)

// Schema is what entries of an action must look like, as it is sent and kept.
type Schema struct {
	Actor    *ActorSchema   `json:"actor,omitempty"`
	Targets  []TargetSchema `json:"targets"`
	Metadata *Shape         `json:"metadata,omitempty"`
}

// ActorSchema is of the actor's metadata.
type ActorSchema struct {
	Metadata *Shape `json:"metadata"`
}

// TargetSchema is of targets of one type. Targets of a type that no schema
// names are refused.
type TargetSchema struct {
	Type     string `json:"type"`
	Metadata *Shape `json:"metadata,omitempty"`
}

// Shape is the part of JSON Schema that metadata needs.
type Shape struct {
	Type       string              `json:"type"` // object
	Properties map[string]Property `json:"properties"`
	Required   []string            `json:"required,omitempty"`
	Additional *bool               `json:"additionalProperties,omitempty"` // false: no keys but these
}

// Property is one key of metadata.
type Property struct {
	Type Type `json:"type"`
}

// ErrSchema refuses a schema; its details name what is wrong.
var ErrSchema = problem.New(problem.Invalid, "invalid_audit_log_schema", "The schema cannot be kept as it is.")

// maxSchema bounds a schema's targets and one shape's properties.
const (
	maxSchemaTargets = 100
	maxProperties    = maxMetadata
)

// Check says what is wrong with a schema, if anything is.
func (s *Schema) Check() error {
	var details []problem.Detail
	bad := func(field, sentence string) {
		details = append(details, problem.Detail{Code: "invalid_schema", Field: field, Message: sentence})
	}
	if len(s.Targets) == 0 || len(s.Targets) > maxSchemaTargets {
		bad("targets", "targets names the types that entries of this action are about: 1 to 100.")
	}
	if s.Actor != nil {
		s.Actor.Metadata.check("actor.metadata", bad)
	}
	var types []string
	for _, t := range s.Targets {
		if t.Type == "" || len(t.Type) > maxType || slices.Contains(types, t.Type) {
			bad("targets.type", "Each target has a type of its own, of at most 128 characters.")
		}
		types = append(types, t.Type)
		t.Metadata.check("targets.metadata", bad)
	}
	s.Metadata.check("metadata", bad)
	if len(details) == 0 {
		return nil
	}
	return ErrSchema.WithMessage(details[0].Message).WithDetails(details[:min(len(details), maxFaults)]...)
}

func (s *Shape) check(field string, bad func(field, sentence string)) {
	if s == nil {
		return
	}
	if s.Type != "object" {
		bad(field, `The type of metadata is "object".`)
	}
	if len(s.Properties) > maxProperties {
		bad(field, "metadata has at most 50 keys.")
	}
	for key, p := range s.Properties {
		if p.Type != String && p.Type != Number && p.Type != Boolean {
			bad(field, "A property's type is string, number or boolean.")
		}
		if key == "" || len([]rune(key)) > maxKey {
			bad(field, "A key of metadata has 1 to 40 characters.")
		}
	}
	for _, key := range s.Required {
		if _, ok := s.Properties[key]; !ok {
			bad(field, "required names keys that are in properties.")
		}
	}
}

// check holds an event against the schema.
func (s *Schema) check(e *Event, f *faults) {
	if s.Actor != nil {
		s.Actor.Metadata.meets(e.Actor.Metadata, "/actor/metadata", f)
	}
	for i := range e.Targets {
		s.checkTarget(&e.Targets[i], item("/targets", i), f)
	}
	s.Metadata.meets(e.Metadata, "/metadata", f)
}

func (s *Schema) checkTarget(t *Party, path string, f *faults) {
	for i := range s.Targets {
		if s.Targets[i].Type == t.Type {
			s.Targets[i].Metadata.meets(t.Metadata, path+"/metadata", f)
			return
		}
	}
	f.add(path+"/type", "unknown_target_type", "The action's schema has no target of that type.")
}

func (s *Shape) meets(m Metadata, path string, f *faults) {
	if s == nil {
		return
	}
	for _, v := range m {
		p, ok := s.Properties[v.Key]
		switch {
		case ok && p.Type != v.Type:
			f.add(path+"/"+pointer(v.Key), "invalid_type", "The action's schema says that it is of type "+string(p.Type)+".")
		case !ok && s.Additional != nil && !*s.Additional:
			f.add(path+"/"+pointer(v.Key), "unknown_key", "The action's schema has no such key.")
		}
	}
	for _, key := range s.Required {
		if !slices.ContainsFunc(m, func(v Value) bool { return v.Key == key }) {
			f.add(path+"/"+pointer(key), "key_required", "The action's schema asks for that key.")
		}
	}
}

func parseSchema(kept json.RawMessage) (*Schema, error) {
	s := &Schema{}
	return s, json.Unmarshal(kept, s)
}
