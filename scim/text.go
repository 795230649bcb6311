package scim

import (
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// aheadText is the person who was read with the token as they are answered.
// Who is wanted whole, and mostly they are, is never built: what is stored is
// the answer but for what the server itself says of them.
func (c *call) aheadText() ([]byte, error) {
	found, stored := c.ahead.found, schema.Stored(c.ahead.found.Resource)
	if !c.ahead.want.All() {
		u, err := c.ahead.user()
		if err != nil {
			return nil, err
		}
		return wire.Encode(c.user(u, c.ahead.groups(), c.ahead.want))
	}
	b := make([]byte, 0, 512+128*len(found.Groups))
	var more [4]schema.Member
	n := 0
	member := func(name string, add func([]byte) []byte) {
		from := len(b)
		b = add(b)
		more[n] = schema.Member{Name: name, Text: b[from:]}
		n++
	}
	member("id", func(b []byte) []byte { return wire.AppendText(b, string(found.ID)) })
	member("meta", c.appendMeta)
	member("schemas", func(b []byte) []byte { return append(b, schema.User.SchemasWith(stored.Extensions())...) })
	if len(found.Groups) > 0 {
		member("groups", c.appendGroups)
	}
	return wire.Plain(stored.Append(make([]byte, 0, len(b)+len(stored)), more[:n]...)), nil
}

// appendMeta is what resource says of them.
func (c *call) appendMeta(b []byte) []byte {
	found := c.ahead.found
	b = append(b, `{"created":"`...)
	b = found.CreatedAt.UTC().AppendFormat(b, instant)
	b = append(b, `","lastModified":"`...)
	b = found.UpdatedAt.UTC().AppendFormat(b, instant)
	b = append(b, `","location":`...)
	b = wire.AppendText(b, c.location(schema.User, string(found.ID)))
	b = append(b, `,"resourceType":"`...)
	b = append(b, schema.User.Name...)
	b = append(b, `","version":`...)
	return append(wire.AppendText(b, etag(found.Version)), '}')
}

// appendGroups are the groups that they are in, as user writes them.
func (c *call) appendGroups(b []byte) []byte {
	b = append(b, '[')
	for i, g := range c.ahead.found.Groups {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"$ref":`...)
		b = wire.AppendText(b, c.location(schema.Group, string(g.ID)))
		b = append(b, `,"display":`...)
		b = wire.AppendText(b, g.DisplayName)
		b = append(b, `,"type":"direct","value":`...)
		b = append(wire.AppendText(b, string(g.ID)), '}')
	}
	return append(b, ']')
}

// called is what people call who was read with the token.
func (a *ahead) called() (string, error) {
	if name := schema.Stored(a.found.Resource).Attribute("displayName"); name != "" {
		return name, nil
	}
	u, err := a.user()
	if err != nil {
		return "", err
	}
	return called(u), nil
}

// about notes who it was.
func (a *ahead) about(asked *asked) {
	asked.about(&directory.User{ID: a.found.ID, UserName: a.found.UserName})
}
