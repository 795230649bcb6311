package portal

import "gatehouse/portal"

// directoryRoutes are the pages of directories: what identity providers push
// people and groups into.
func directoryRoutes() []route {
	const one = pathDirectory + "/:" + paramDirectory
	return []route{
		get(pathDirectory, (*Handler).directoryList, portal.Directory),
		get(pathDirectory+"/new", (*Handler).directoryNew, portal.Directory),
		post(pathDirectory+"/new", (*Handler).directoryCreate, portal.Directory),
		get(one, (*Handler).directoryPage, portal.Directory),
		post(one, (*Handler).directorySave, portal.Directory),
		post(one+"/off", (*Handler).directoryTurnOff, portal.Directory),
		post(one+"/on", (*Handler).directoryTurnOn, portal.Directory),
		post(one+"/delete", (*Handler).directoryDelete, portal.Directory),
		post(one+"/safeguard", (*Handler).directorySafeguard, portal.Directory),
		post(one+"/release", (*Handler).directoryRelease, portal.Directory),
		get(one+"/setup/:step", (*Handler).directorySetup, portal.Directory),
		post(one+"/setup/:step", (*Handler).directorySetupSave, portal.Directory),
		get(one+"/live", (*Handler).directoryLive, portal.Directory),
		get(one+"/tokens", (*Handler).directoryTokens, portal.Directory),
		post(one+"/tokens", (*Handler).directoryIssue, portal.Directory),
		get(one+"/tokens/:token", (*Handler).directoryToken, portal.Directory),
		post(one+"/tokens/:token", (*Handler).directoryTokenStored, portal.Directory),
		post(one+"/tokens/:token/revoke", (*Handler).directoryRevoke, portal.Directory),
		get(one+"/groups", (*Handler).directoryGroups, portal.Directory),
		post(one+"/groups", (*Handler).directorySaveGroups, portal.Directory),
		get(one+"/activity", (*Handler).directoryActivity, portal.Directory),
		get(one+"/activity/:request", (*Handler).directoryRequest, portal.Directory),
		get(one+"/people", (*Handler).directoryPeople, portal.Directory),
		get(one+"/people/:person", (*Handler).directoryPerson, portal.Directory),
	}
}
