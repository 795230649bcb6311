package gallery

import (
	"github.com/a-h/templ"

	"gatehouse/web/hosted"
)

var devices = []Entry{
	{"hosted-device", func(s Setting) templ.Component {
		return hosted.DeviceCodePage{Frame: branded(s), Action: "/device"}
	}},
	{"hosted-device-filled-in", func(s Setting) templ.Component {
		return hosted.DeviceCodePage{Frame: branded(s), Action: "/device", Code: "WDJB-MJHT"}
	}},
	{"hosted-device-wrong", func(s Setting) templ.Component {
		return hosted.DeviceCodePage{Frame: branded(s), Action: "/device", Code: "WDJB-MJHT",
			Problems: []hosted.Problem{{Field: hosted.FieldUserCode, Code: hosted.ProblemUserCodeInvalid}}}
	}},
	{"hosted-device-confirm", func(s Setting) templ.Component {
		return hosted.DeviceConfirmPage{Frame: branded(s), Action: "/device/device_1", Person: ines, OrganizationName: "Halden Marine",
			Device: "fieldnote-cli", Address: "192.0.2.44"}
	}},
	{"hosted-device-confirm-alone", func(s Setting) templ.Component {
		return hosted.DeviceConfirmPage{Frame: plain(s), Action: "/device/device_1", Person: long, Device: "Unknown"}
	}},
	{"hosted-device-approved", func(s Setting) templ.Component {
		return hosted.DeviceDonePage{Frame: branded(s), Approved: true}
	}},
	{"hosted-device-denied", func(s Setting) templ.Component {
		return hosted.DeviceDonePage{Frame: branded(s)}
	}},
}
