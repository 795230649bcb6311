# Each target is a script of the same name that can be read and run by itself.
.PHONY: run test check bench browser sdk generate fmt

run: ## everything on this machine, at http://localhost:8080
	go run ./cmd/server

test: ## the whole suite; installs or starts what it needs itself
	@scripts/test

check: ## before every commit: format, generated code, vet, static analysis, vulnerabilities, fast tests
	@scripts/check

bench: ## a figure a line; side by side with others where ../shared/bench is there
	@bench/run.sh

browser: ## the browser journeys alone
	@scripts/browser

sdk: ## the published npm client against the management API, alone
	@scripts/sdk

generate: ## *_templ.go from *.templ
	go tool templ generate

fmt:
	gofmt -w $$(git ls-files -co --exclude-standard -- '*.go')
	go tool templ fmt .
