package provision

import (
	"context"

	"gatehouse/internal/id"
)

// ApplyNow works one apply job off, as a worker does that may be killed.
func (s *Service) ApplyNow(ctx context.Context, org id.Organization, d id.Directory) error {
	return s.apply(ctx, applyArgs{org, d, ""})
}
