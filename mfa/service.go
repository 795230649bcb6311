package mfa

import (
	"log/slog"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
)

// Service enrols and checks second steps and passkeys. One serves the process.
type Service struct {
	DB     *db.DB
	Limits *limit.Limiter
	Name   string     // the deployment's: what authenticator apps show as issuer
	SMS    *SMSSender // nil: no telephones
	Base   string     // the public origin: the only one whose passkeys count
	Log    *slog.Logger
}

// challengeLifetime is how long a challenge of the wire is open, and SMS code
// and ceremony of the hosted pages with it.
const (
	challengeLifetime = 10 * time.Minute
	smsLifetime       = 5 * time.Minute
	ceremonyLifetime  = 5 * time.Minute
	maxTries          = 10
)

// What callers are told of factors.
var (
	ErrFactorType = problem.New(problem.Invalid, "invalid_factor_type", "type is totp, sms or generic_otp.")
	ErrSecret     = problem.New(problem.Invalid, "invalid_totp_secret", "totp_secret is base32, 16 to 128 letters.")
	ErrPhone      = problem.New(problem.Invalid, "invalid_phone_number", "That is not a telephone number in international form, such as +4721000000.")
	ErrNoSMS      = problem.New(problem.Invalid, "sms_not_available", "This deployment sends no text messages.")
	ErrAnswered   = problem.New(problem.Invalid, "challenge_already_verified", "That challenge was answered before. Make a new one.")
	ErrRunOut     = problem.New(problem.Invalid, "challenge_expired", "That challenge has run out. Make a new one.")
	ErrTooMany    = problem.New(problem.BadRequest, "one_time_code_too_many_attempts", "Too many wrong codes. Make a new challenge.")
	ErrFull       = problem.New(problem.Conflict, "too_many_factors", "There are as many as there may be. Remove one first.")
)

// maxFactors and maxPasskeys bound what one person enrols.
const (
	maxFactors  = 10
	maxPasskeys = 25
)
