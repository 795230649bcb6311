package patch

import (
	"fmt"
	"strings"

	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// maxOperations bounds the steps of one PATCH.
const maxOperations = 1000

// Read reads the body of a PATCH (RFC 7644 §3.5.2). Its schemas are not asked
// for: providers leave them out.
func Read(body []byte) ([]Operation, error) {
	doc, err := schema.Decode(body)
	if err != nil {
		return nil, err
	}
	return Of(doc)
}

// Of is Read for a body that is read already, as bulk requests have them.
func Of(doc map[string]any) ([]Operation, error) {
	list, _ := member(doc, "Operations").([]any)
	if len(list) == 0 {
		return nil, schema.ErrSyntax.WithMessage("The body has no Operations: they are a list of objects with op, path and value.")
	}
	if len(list) > maxOperations {
		return nil, schema.ErrTooLarge.WithMessage(fmt.Sprintf("A PATCH has at most %d operations, and this has %d; send it in parts.", maxOperations, len(list)))
	}
	operations := make([]Operation, 0, len(list))
	for i, v := range list {
		object, ok := v.(map[string]any)
		if !ok {
			return nil, numbered(i, len(list), schema.ErrSyntax.WithMessage("An operation must be an object with op, path and value."))
		}
		operation, err := read(object)
		if err != nil {
			return nil, numbered(i, len(list), err)
		}
		operations = append(operations, operation)
	}
	return operations, nil
}

func read(object map[string]any) (Operation, error) {
	o := Operation{}
	op, _ := member(object, "op").(string)
	switch o.Op = strings.ToLower(op); o.Op {
	case OpAdd, OpReplace, OpRemove:
	default:
		return o, schema.ErrSyntax.WithMessage("The op must be add, replace or remove, not " + schema.Quote(op) + ".")
	}
	if path := member(object, "path"); path != nil && path != "" {
		text, ok := path.(string)
		if !ok {
			return o, schema.ErrPath.WithMessage("A path must be a text.")
		}
		target, err := targetOf(text)
		if err != nil {
			return o, err
		}
		o.Target = &target
	} else if o.Op == OpRemove {
		return o, schema.ErrNoTarget.WithMessage("A remove needs a path.")
	}
	if o.Value = member(object, "value"); o.Value == nil && o.Op != OpRemove && !has(object, "value") {
		return o, schema.ErrValue.WithMessage("An " + o.Op + " needs a value.")
	}
	return o, nil
}

// targetOf reads a path. Where it has no brackets it is an attribute's, and a
// schema's URN may stand for all of its attributes.
func targetOf(path string) (filter.Target, error) {
	if !strings.Contains(path, "[") {
		p, err := schema.ParsePath(path)
		return filter.Target{Path: p}, err
	}
	target, err := filter.ParseTarget(path)
	if err != nil {
		return target, err
	}
	target.Path, err = schema.ParsePath(target.Path.String())
	return target, err
}

// member is an object's value by that name, in whatever case. Decode has seen to
// it that there is one.
func member(object map[string]any, name string) any {
	return object[keyOf(object, name)]
}

func has(object map[string]any, name string) bool {
	_, ok := object[keyOf(object, name)]
	return ok
}

func keyOf(object map[string]any, name string) string { return schema.KeyOf(object, name) }
