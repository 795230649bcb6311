package provision

import (
	"context"
	"testing"

	"gatehouse/internal/id"
)

// ApplyNow works one apply job off, as a worker does that may be killed.
func (s *Service) ApplyNow(ctx context.Context, org id.Organization, d id.Directory) error {
	return s.apply(ctx, applyArgs{org, d, ""})
}

// LeaveAtOnce makes deleted groups large from that number on, for a test.
func LeaveAtOnce(t *testing.T, most int) {
	usual := leftAtOnce
	leftAtOnce = most
	t.Cleanup(func() { leftAtOnce = usual })
}
