package app

import (
	"log/slog"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail"
	"gatehouse/tenants"
	"gatehouse/tenants/brand"
	webmail "gatehouse/web/mail"
)

// newPost is what sends mails; without a server (development alone) it keeps
// them.
func newPost(cfg *config.Config, d *db.DB, log *slog.Logger) (*mail.Post, error) {
	p := &mail.Post{DB: d, Name: cfg.Name, Log: log, Look: look}
	if cfg.SMTP.Empty() {
		return p, nil
	}
	var err error
	p.SMTP, err = mail.NewSMTP(cfg.SMTP.Reveal(), cfg.MailFrom)
	if err != nil {
		return nil, &config.Error{Name: "GATEHOUSE_SMTP_URL", Sentence: "GATEHOUSE_SMTP_URL cannot be used: " + err.Error() + "."}
	}
	return p, nil
}

// look is an organization's name and colour on its mails.
func look(tx *db.Tx, org id.Organization) (webmail.Brand, error) {
	var b webmail.Brand
	err := tx.In(org, func(tx *db.OrgTx) error {
		o, err := tenants.Get(tx, org)
		if err != nil {
			return err
		}
		b.Name = o.Name
		style, err := tenants.GetBranding(tx)
		if err != nil || style == nil || style.Color == nil {
			return err
		}
		// An unreadable colour is the default look.
		if computed, err := brand.Compute(brand.Choice{Brand: *style.Color}); err == nil && computed.Light != nil {
			b.Color, b.Ink = computed.Light.Brand.String(), computed.Light.Ink.String()
			b.Link, b.LinkDark = computed.Light.Text.String(), computed.Dark.Text.String()
		}
		return nil
	})
	return b, err
}
