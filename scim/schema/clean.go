package schema

// Assigned reports whether anything is left of a value without what is not
// assigned: null, "", [] and {} (RFC 7643 §2.5), however deep they stand.
func Assigned(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		for _, element := range v {
			if Assigned(element) {
				return true
			}
		}
		return false
	case map[string]any:
		for _, element := range v {
			if Assigned(element) {
				return true
			}
		}
		return false
	}
	return true
}

// Clean is a copy of a value without what is not assigned in it: nil where
// nothing is left.
func Clean(value any) any {
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil
		}
	case []any:
		return cleanList(v)
	case map[string]any:
		return cleanObject(v)
	}
	return value
}

func cleanList(list []any) any {
	var out []any
	for _, v := range list {
		if v = Clean(v); v != nil {
			out = append(out, v)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

func cleanObject(object map[string]any) any {
	out := make(map[string]any, len(object))
	for key, v := range object {
		if v = Clean(v); v != nil {
			out[key] = v
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
