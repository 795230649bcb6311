//go:build ignore

// Makes common.bin of the JSON array src/passwords.json in the npm package
// @zxcvbn-ts/language-common:
//
//	go run common_gen.go passwords.json common.bin
package main

import (
	"encoding/json"
	"hash/fnv"
	"log"
	"os"
	"slices"
	"strings"
)

func main() {
	raw, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var words []string
	if err := json.Unmarshal(raw, &words); err != nil {
		log.Fatal(err)
	}
	keys := make([]string, len(words))
	for i, w := range words {
		h := fnv.New64a()
		h.Write([]byte(strings.ToLower(w)))
		keys[i] = string(h.Sum(nil)[:5])
	}
	slices.Sort(keys)
	if err := os.WriteFile(os.Args[2], []byte(strings.Join(slices.Compact(keys), "")), 0o644); err != nil {
		log.Fatal(err)
	}
}
