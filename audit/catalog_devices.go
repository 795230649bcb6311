package audit

import "gatehouse/internal/id"

// Devices without a browser of their own that people connect by a code.

type (
	// DeviceApproved is device_authorization.approved: a person let a device sign in as them.
	DeviceApproved struct {
		Device    id.DeviceGrant `json:"device_authorization_id"`
		Client    id.Client      `json:"client_id"`
		User      id.User        `json:"user_id"`
		IPAddress *string        `json:"ip_address"` // the device's
		UserAgent *string        `json:"user_agent"`
	}
	// DeviceDenied is device_authorization.denied: a person refused a device.
	DeviceDenied struct {
		Device    id.DeviceGrant `json:"device_authorization_id"`
		Client    id.Client      `json:"client_id"`
		User      id.User        `json:"user_id"`
		IPAddress *string        `json:"ip_address"`
		UserAgent *string        `json:"user_agent"`
	}
)

func (DeviceApproved) Type() string { return "device_authorization.approved" }
func (DeviceDenied) Type() string   { return "device_authorization.denied" }

func (e DeviceApproved) Targets() []Target {
	return []Target{{"client", string(e.Client), ""}, {"user", string(e.User), ""}}
}
func (e DeviceDenied) Targets() []Target {
	return []Target{{"client", string(e.Client), ""}, {"user", string(e.User), ""}}
}

func (e DeviceApproved) Data() any { return e }
func (e DeviceDenied) Data() any   { return e }
