package dns

import (
	"errors"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// query is one question.
type query struct {
	name    string // without the root's dot
	kind    dnsmessage.Type
	recurse bool
}

// reply is what a server said to a query, as far as it is about that name.
type reply struct {
	code          dnsmessage.RCode
	authoritative bool
	truncated     bool
	texts         []string
	hosts         []string
	addresses     []netip.Addr
	alias         string // the name is a CNAME of this
}

// maxUDP is the size that we say we take (RFC 6891): what passes everywhere
// without fragments.
const maxUDP = 1232

// maxRecords bounds what is read of one answer.
const maxRecords = 100

// errNotOurs is a datagram that answers another question: somebody guesses,
// or an answer came late.
var errNotOurs = errors.New("dns: an answer to another question")

func (q query) pack(id uint16, edns bool) ([]byte, error) {
	name, err := dnsmessage.NewName(q.name + ".")
	if err != nil {
		return nil, err
	}
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id, RecursionDesired: q.recurse})
	var size dnsmessage.ResourceHeader
	err = errors.Join(b.StartQuestions(), b.Question(dnsmessage.Question{Name: name, Type: q.kind, Class: dnsmessage.ClassINET}),
		b.StartAdditionals(), size.SetEDNS0(maxUDP, dnsmessage.RCodeSuccess, false))
	if edns {
		err = errors.Join(err, b.OPTResource(size, dnsmessage.OPTResource{}))
	}
	if err != nil {
		return nil, err
	}
	return b.Finish()
}

// read reads the answer to q; errNotOurs if it is none.
func (q query) read(message []byte, id uint16) (reply, error) {
	var p dnsmessage.Parser
	head, err := p.Start(message)
	if err != nil || !head.Response || head.ID != id {
		return reply{}, errNotOurs
	}
	r := reply{code: head.RCode, authoritative: head.Authoritative, truncated: head.Truncated}
	if r.code == dnsmessage.RCodeFormatError { // some repeat no question then
		return r, nil
	}
	asked, err := p.Question()
	if err != nil || asked.Type != q.kind || asked.Class != dnsmessage.ClassINET || !q.about(asked.Name) {
		return reply{}, errNotOurs
	}
	if r.truncated { // the rest comes by TCP
		return r, nil
	}
	if err := p.SkipAllQuestions(); err != nil {
		return reply{}, err
	}
	err = q.answers(&p, &r)
	return r, err
}

// about reports whether a record is of the name that was asked for: those of
// an alias's target are not.
func (q query) about(name dnsmessage.Name) bool {
	return strings.EqualFold(strings.TrimSuffix(name.String(), "."), q.name)
}

func (q query) answers(p *dnsmessage.Parser, r *reply) error {
	for range maxRecords {
		head, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return nil
		}
		if err != nil {
			return err
		}
		if head.Type != dnsmessage.TypeCNAME && head.Type != q.kind || head.Class != dnsmessage.ClassINET || !q.about(head.Name) {
			err = p.SkipAnswer()
		} else {
			err = r.add(p, head.Type)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reply) add(p *dnsmessage.Parser, kind dnsmessage.Type) error {
	switch kind {
	case dnsmessage.TypeTXT:
		txt, err := p.TXTResource()
		r.texts = append(r.texts, strings.Join(txt.TXT, "")) // one value in strings of 255 bytes (RFC 7208 §3.3)
		return err
	case dnsmessage.TypeNS:
		ns, err := p.NSResource()
		r.hosts = append(r.hosts, strings.ToLower(strings.TrimSuffix(ns.NS.String(), ".")))
		return err
	case dnsmessage.TypeA:
		a, err := p.AResource()
		r.addresses = append(r.addresses, netip.AddrFrom4(a.A))
		return err
	case dnsmessage.TypeAAAA:
		aaaa, err := p.AAAAResource()
		r.addresses = append(r.addresses, netip.AddrFrom16(aaaa.AAAA))
		return err
	case dnsmessage.TypeCNAME:
		cname, err := p.CNAMEResource()
		r.alias = strings.TrimSuffix(cname.CNAME.String(), ".")
		return err
	}
	return p.SkipAnswer()
}
