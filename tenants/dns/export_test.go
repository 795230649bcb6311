package dns

// OnPort makes nameservers answer at another port than DNS's own.
func (r *Resolver) OnPort(port uint16) *Resolver {
	r.port = port
	return r
}

// ResolvConf reads such a file.
var ResolvConf = resolvConf
