// Command smtpsink is the mail server of the browser journeys: it takes every
// mail and writes it as one line of JSON to a file that the journeys read.
//
//	go run ./tests/smtpsink 127.0.0.1:2525 FILE
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"gatehouse/internal/mail/smtpsink"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "smtpsink:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: smtpsink ADDRESS FILE")
	}
	file, err := os.OpenFile(args[1], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	sink, err := smtpsink.Start(args[0], "", "")
	if err != nil {
		return err
	}
	var mu sync.Mutex
	sink.Arrived = func(m smtpsink.Mail) {
		mu.Lock()
		defer mu.Unlock()
		line := map[string]any{"to": m.To, "subject": m.Subject, "text": m.Text, "html": m.HTML}
		if err := json.NewEncoder(file).Encode(line); err != nil {
			fmt.Fprintln(os.Stderr, "smtpsink:", err)
		}
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	return sink.Close()
}
