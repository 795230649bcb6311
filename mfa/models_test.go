package mfa

import (
	"testing"

	"gatehouse/internal/dbtest"
)

func TestModelsMatchTheSchema(t *testing.T) {
	dbtest.CheckModels(t, &Factor{}, &Passkey{}, &recoveryCode{}, &Challenge{}, &ceremony{})
}
