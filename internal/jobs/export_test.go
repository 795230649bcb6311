package jobs

import "time"

// Hurry makes the registry's workers miss a killed one sooner: tests cannot
// wait for minutes.
func (r *Registry) Hurry(timeout, rescue time.Duration) { r.timeout, r.rescue = timeout, rescue }
