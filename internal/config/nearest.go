package config

// nearest is the known name that a misspelt one most likely meant, or "".
func nearest(name string) string {
	best, bestDistance := "", 1+max(2, (len(name)-len(prefix))/3)
	consider := func(known string) {
		if d := distance(name, known); d < bestDistance {
			best, bestDistance = known, d
		}
	}
	for _, v := range variables {
		consider(v.full())
		if v.secret {
			consider(v.full() + "_FILE")
		}
	}
	return best
}

// distance is Levenshtein's: the fewest single-letter edits between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
