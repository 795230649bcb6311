package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
)

//go:embed messages/*.json
var files embed.FS

// message is one parsed message.
type message []node

// find is the message of a key, in this language or else in English.
func (c *catalogue) find(key string) (message, *catalogue) {
	if m, ok := c.load()[key]; ok {
		return m, c
	}
	if c != known[0] {
		if m, ok := known[0].load()[key]; ok {
			return m, known[0]
		}
	}
	return nil, nil
}

// load reads the language's file the first time it is needed. The files are
// part of the binary and a test parses each, so a broken one is a bug that
// cannot reach a release.
func (c *catalogue) load() map[string]message {
	c.once.Do(func() {
		messages, err := read(c.file)
		if err != nil {
			panic("i18n: " + err.Error())
		}
		c.messages = messages
	})
	return c.messages
}

func read(file string) (map[string]message, error) {
	data, err := files.ReadFile("messages/" + file + ".json")
	if err != nil {
		return nil, err
	}
	var source map[string]string
	if err := json.Unmarshal(data, &source); err != nil {
		return nil, fmt.Errorf("reading messages/%s.json: %w", file, err)
	}
	messages := make(map[string]message, len(source))
	for key, text := range source {
		m, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("messages/%s.json: %s: %w", file, key, err)
		}
		messages[key] = m
	}
	return messages, nil
}
