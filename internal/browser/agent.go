package browser

import "strings"

// AgentName is a browser and its system as a person calls them, from what the
// browser says of itself; an application's server is named by its own word.
func AgentName(agent string) string {
	if agent == "" {
		return "Unknown"
	}
	name := firstMatch(agent, [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}})
	system := firstMatch(agent, [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}})
	switch {
	case name == "":
		name, _, _ = strings.Cut(agent, " ")
		return name[:min(len(name), 40)]
	case system == "":
		return name
	}
	return name + ", " + system
}

func firstMatch(agent string, known [][2]string) string {
	for _, k := range known {
		if strings.Contains(agent, k[0]) {
			return k[1]
		}
	}
	return ""
}
