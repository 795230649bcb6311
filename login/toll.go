package login

import (
	"context"
	"errors"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/internal/puzzle"
	"gatehouse/web/hosted"
)

// What a request remembers for the page that answers it.
const (
	puzzleKept   = "login.puzzle"     // puzzle.Text that can still be answered
	puzzleOwn    = "login.puzzle.own" // the service cannot be reached: our own puzzle
	widgetScript = "login.puzzle.widget"
)

// errToll says that a try comes without the answer that it costs.
var errToll = problem.New(problem.Invalid, hosted.ProblemPuzzle, "There were many failed tries. Solve the puzzle with the next one.")

// toll takes what a try at a secret costs where too many failed, for a known
// and an unknown address alike: an answered puzzle, which counts once. What it
// returns is why the secret is not looked at. It opens transactions.
func (h *Handler) toll(c echo.Context, form browser.Params, a *Attempt, g limit.Guess) (*hosted.Problem, error) {
	asked, wait, err := h.Passwords.Limits.Look(c.Request().Context(), g)
	if err != nil || !asked || wait > 0 { // whoever has to wait is told that, and pays later
		return nil, err
	}
	err = h.pay(c, form, a)
	if p := problem.As(err); p != nil && p.Kind == problem.Invalid {
		return &hosted.Problem{Code: p.Code}, nil
	}
	return nil, err
}

func (h *Handler) pay(c echo.Context, form browser.Params, a *Attempt) error {
	ctx := c.Request().Context()
	if response := h.widgetResponse(form); response != "" {
		err := h.Challenge.Check(ctx, response, h.who(c, a).IP)
		if errors.Is(err, puzzle.ErrUnreachable) {
			c.Set(puzzleOwn, true)
			return errToll
		}
		return err
	}
	text := puzzle.Text(form.Get(hosted.FieldPuzzle))
	if text == "" {
		return errToll
	}
	if err := h.solved(ctx, text, a, form.Get(hosted.FieldPuzzleAnswer)); err != nil {
		if errors.Is(err, puzzle.ErrWrong) {
			c.Set(puzzleKept, text) // the minute of whoever has no script runs from when it was made
		}
		return err
	}
	return h.DB.Tx(ctx, h.who(c, a), text.Spend)
}

func (h *Handler) widgetResponse(form browser.Params) string {
	if h.Challenge == nil {
		return ""
	}
	return form.Get(h.Challenge.Field)
}

// solved checks an answer. Beside a service's widget nothing can be computed:
// there the wait counts alone.
func (h *Handler) solved(ctx context.Context, text puzzle.Text, a *Attempt, answer string) error {
	key, err := h.puzzleKey(ctx)
	if err != nil {
		return err
	}
	err = text.Check(key, a.puzzle(true), answer, h.DB.Now())
	if errors.Is(err, puzzle.ErrExpired) && answer == "" {
		err = text.Check(key, a.puzzle(false), "", h.DB.Now())
	}
	return err
}

// puzzle is the subject of this attempt's puzzles.
func (a *Attempt) puzzle(computed bool) string {
	if computed {
		return string(a.ID)
	}
	return string(a.ID) + " beside a widget"
}

func (h *Handler) puzzleKey(ctx context.Context) ([]byte, error) {
	key, err := h.DB.DeploymentKey(ctx)
	if err != nil {
		return nil, err
	}
	return key.Derive("login.puzzle"), nil
}

// guarded adds to a page's frame what the next try costs.
func (h *Handler) guarded(c echo.Context, a *Attempt, f hosted.Frame, g limit.Guess) hosted.Frame {
	ctx := c.Request().Context()
	asked, _, err := h.Passwords.Limits.Look(ctx, g)
	if err != nil || !asked {
		if err != nil {
			h.Log.WarnContext(ctx, "whether a try costs a puzzle cannot be read", "error", err)
		}
		return f
	}
	own := h.Challenge == nil || c.Get(puzzleOwn) != nil
	text, kept := c.Get(puzzleKept).(puzzle.Text)
	if !kept {
		key, err := h.puzzleKey(ctx)
		if err != nil {
			h.Log.WarnContext(ctx, "a puzzle cannot be made", "error", err)
			return f
		}
		text = puzzle.New(key, a.puzzle(own), h.DB.Now())
	}
	f.Puzzle = &hosted.Puzzle{Text: string(text)}
	if own {
		f.Puzzle.Bits = puzzle.Bits
		return f
	}
	c.Set(widgetScript, h.Challenge.Script)
	f.Puzzle.Widget = &hosted.Widget{Script: h.Challenge.Script, Class: h.Challenge.Class, SiteKey: h.Challenge.SiteKey}
	return f
}
