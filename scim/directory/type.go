package directory

import (
	"slices"

	"gatehouse/internal/problem"
)

// Type is which provider pushes into a directory, in the wire's words.
type Type = string

// The types that push by SCIM. What does is one of them or Generic.
const (
	Okta       Type = "okta scim v2.0"
	Entra      Type = "azure scim v2.0"
	OneLogin   Type = "onelogin scim v2.0"
	JumpCloud  Type = "jump cloud scim v2.0"
	CyberArk   Type = "cyberark scim v2.0"
	Ping       Type = "pingfederate scim v2.0"
	Rippling   Type = "rippling scim v2.0"
	SailPoint  Type = "sailpoint scim v2.0"
	Generic    Type = "generic scim v2.0"
	pullSuffix      = " is read by asking the provider, which this server does not do: it takes what providers push by SCIM 2.0. Where that one can, use generic scim v2.0."
)

// Types are all of them, with the names that people know them by, as pages
// list them.
var Types = []struct {
	Type Type
	Name string
}{
	{Okta, "Okta"}, {Entra, "Microsoft Entra ID"}, {OneLogin, "OneLogin"}, {JumpCloud, "JumpCloud"}, {Ping, "PingFederate"},
	{CyberArk, "CyberArk"}, {Rippling, "Rippling"}, {SailPoint, "SailPoint"}, {Generic, "SCIM 2.0"},
}

// pulled are the wire's other types: they are read, and nothing pushes.
var pulled = []Type{"gsuite directory", "bamboohr", "breathe hr", "cezanne hr", "fourth hr", "hibob", "people hr", "personio", "s3", "sftp", "sftp workday", "workday"}

// TypeName is what people call a type.
func TypeName(t Type) string {
	for _, known := range Types {
		if known.Type == t {
			return known.Name
		}
	}
	return t
}

func checkType(t Type) error {
	for _, known := range Types {
		if known.Type == t {
			return nil
		}
	}
	if slices.Contains(pulled, t) {
		return badMember("type", "A directory of the type "+t+pullSuffix)
	}
	list := ""
	for i, known := range Types {
		if i > 0 {
			list += ", "
		}
		list += known.Type
	}
	return badMember("type", "type is one of "+list+".")
}

func badMember(member, sentence string) error {
	return problem.ErrInvalid.WithMessage(sentence).WithDetails(problem.Detail{Code: "invalid_" + member, Message: sentence, Field: member})
}
