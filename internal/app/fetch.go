package app

import (
	"net/http"

	"gatehouse/internal/config"
	"gatehouse/internal/netguard"
)

// newFetch asks addresses that organizations give.
func newFetch(cfg *config.Config) *http.Client {
	return netguard.New(cfg.AllowPrivateTargets).Client(netguard.Options{})
}
