// Package ui draws the parts that every page is made of, as templ components
// with the class names of web/assets. It knows looks, not Gatehouse: it takes
// words and URLs, in the reader's language, and returns HTML. Forms and links
// work without script; nothing here writes a style attribute or inline script.
//
// Each component takes one small struct. A hosted page is Page, LoginLayout and
// fields, which own their label, hint, error and ids:
//
//	@ui.Page(ui.PageProps{Lang: "en", Title: p.Title, BrandStylesheet: p.BrandURL, NoIndex: true}) {
//		@ui.LoginLayout(ui.LoginLayoutProps{Brand: p.Brand, Links: p.Links, Small: p.SecuredBy}) {
//			@ui.LoginHead(ui.LoginHeadProps{Title: p.T("password.title")})
//			@ui.WhoChip(ui.WhoChipProps{Email: p.Email, Change: ui.Link{Label: p.T("change"), Href: "/login"}})
//			<form method="post" novalidate>
//				@ui.HiddenFields(p.Hidden)
//				@ui.Password(ui.InputProps{Name: "password", Label: p.T("password"), Error: p.Problem,
//					Autocomplete: "current-password", Autofocus: true, Show: p.T("show"), Hide: p.T("hide")})
//				@ui.Button(ui.ButtonProps{Label: p.T("sign_in"), Kind: "primary", Size: "lg", Block: true})
//			</form>
//		}
//	}
//
// A dashboard page is Page, Shell, PageHead and cards:
//
//	@ui.Page(ui.PageProps{Lang: "en", Title: "Users · Gatehouse", Theme: who.Theme, SkipLabel: "Skip to content", Shortcuts: true}) {
//		@ui.Shell(ui.ShellProps{Side: side, Crumbs: []ui.Link{{Label: "Users"}}}) {
//			@ui.PageHead(ui.PageHeadProps{Title: "Users"})
//			@ui.Card(ui.CardProps{Label: "Users"}) {
//				@ui.Table(ui.TableProps{Columns: columns}) {
//					for _, u := range users {
//						<tr><td>@ui.RowPerson(ui.RowPersonProps{ID: u.ID, Name: u.Name, Email: u.Email, Href: u.URL})</td></tr>
//					}
//				}
//				@ui.Pager(ui.PagerProps{Text: "50 of about 10,400", Older: older})
//			}
//		}
//	}
//
// The body of a page that has no layout of its own still needs
// <main id="main">: the first link goes there.
package ui
