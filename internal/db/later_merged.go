package db

import "strings"

// joinRows is how many rows one statement of merged adds at most: each number of
// them is a text that every connection plans.
const joinRows = 16

// merged is the writes of transactions that are committed together, with as few
// statements as can be: what those of one kind write at one place goes by one
// statement, and behind all what nothing hangs on.
func merged(all [][]later) []later {
	if len(all) == 1 && len(all[0]) == 1 {
		return all[0]
	}
	var out, last []later
	var kinds []string
	of := map[string][][]later{}
	for _, writes := range all {
		own := make([]later, 0, len(writes))
		var kind strings.Builder
		for _, l := range writes {
			if l.last {
				last = append(last, l)
				continue
			}
			own = append(own, l)
			kind.WriteString(l.sql)
		}
		if of[kind.String()] == nil {
			kinds = append(kinds, kind.String())
		}
		of[kind.String()] = append(of[kind.String()], own)
	}
	for _, kind := range kinds {
		for i := range of[kind][0] {
			at := len(out)
			for _, own := range of[kind] {
				out = joinInto(out, at, own[i])
			}
		}
	}
	at := len(out)
	for _, l := range last {
		out = joinInto(out, at, l)
	}
	return out
}

// joinInto adds l to one of the statements from at on, or behind them.
func joinInto(out []later, at int, l later) []later {
	for i := at; i < len(out); i++ {
		if out[i].join(&l) {
			return out
		}
	}
	return append(out, l)
}

// join makes what other does a part of l, if that can be.
func (l *later) join(other *later) bool {
	if l.model == nil || l.model != other.model || l.rows+other.rows > joinRows {
		return l.adds(other)
	}
	switch {
	case l.scope == other.scope:
	case l.apart || other.apart:
		return false
	case other.scope.reach == reachGlobal:
	case l.scope.reach == reachGlobal:
		l.scope = other.scope
	default:
		return false
	}
	l.rows += other.rows
	l.args = append(l.args[:len(l.args):len(l.args)], other.args...)
	l.sql = l.model.insert(l.rows)
	return true
}

func (l *later) adds(other *later) bool {
	if l.add == nil || l.sql != other.sql || l.scope != other.scope {
		return false
	}
	both := l.add(l.args, other.args)
	if both == nil {
		return false
	}
	l.args = both
	return true
}
