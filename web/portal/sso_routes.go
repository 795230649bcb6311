package portal

import "gatehouse/portal"

// ssoRoutes are the pages of single sign-on. What names no connection is not
// for a visit that is limited to one.
func ssoRoutes() []route {
	one := pathSSO + "/:" + paramConnection
	return []route{
		get(pathSSO, (*Handler).ssoList, portal.SSO, portal.Certificates),
		get(pathSSO+"/new", (*Handler).ssoNew, portal.SSO),
		post(pathSSO+"/new", (*Handler).ssoCreate, portal.SSO),
		get(one, (*Handler).ssoConnection, portal.SSO, portal.Certificates),
		post(one, (*Handler).ssoChange, portal.SSO),
		post(one+"/off", (*Handler).ssoTurnOff, portal.SSO),
		post(one+"/undo", (*Handler).ssoRollBack, portal.SSO),
		post(one+"/move", (*Handler).ssoMove, portal.SSO),
		post(one+"/move/back", (*Handler).ssoMoveBack, portal.SSO),
		post(one+"/discard", (*Handler).ssoDiscard, portal.SSO),
		get(one+"/setup/:step", (*Handler).ssoSetup, portal.SSO),
		post(one+"/setup/:step", (*Handler).ssoSave, portal.SSO),
		get(one+"/share", (*Handler).ssoShare, portal.SSO),
		post(one+"/share", (*Handler).ssoMakeLink, portal.SSO),
		post(one+"/test", (*Handler).ssoBegin, portal.SSO),
		get(one+"/test/live", (*Handler).ssoTestLive, portal.SSO),
		get(one+"/test/:attempt", (*Handler).ssoResult, portal.SSO),
		get(one+"/certificates", (*Handler).ssoCertificates, portal.SSO, portal.Certificates),
		post(one+"/certificates", (*Handler).ssoAddCertificate, portal.SSO, portal.Certificates),
		post(one+"/certificates/:certificate/remove", (*Handler).ssoRemoveCertificate, portal.SSO, portal.Certificates),
		post(one+"/keys", (*Handler).ssoAddKey, portal.SSO, portal.Certificates),
		post(one+"/keys/promote", (*Handler).ssoPromoteKey, portal.SSO, portal.Certificates),
		post(one+"/keys/:key/remove", (*Handler).ssoRemoveKey, portal.SSO, portal.Certificates),
	}
}
