package text

// coded is an error of the core: its code names an entry of [coreErrors], which
// its values fill in.
type coded interface {
	error
	Code() string
	Args() []any
}

// coreErrors are the words for errors of the core, by code.
var coreErrors = merged(
	quantityErrors, tableErrors, deviceErrors, deviceFileErrors, deviceRowErrors, modelErrors, searchErrors, constantsErrors,
	shapeErrors, blockErrors, pruneErrors,
	layoutErrors, workloadErrors, recomputeErrors, stateErrors, offloadErrors, teacherErrors, postTrainErrors, ruleErrors,
	servingErrors, trainConstantsErrors, servingConstantsErrors,
	runErrors, requestErrors,
	configErrors, jsonErrors, familyErrors, modelFileErrors, hubErrors, headerErrors, tensorErrors, ggufErrors,
	evidenceRowErrors, fitErrors, cellErrors, csvErrors, limitErrors, optionErrors, pipelineLayoutErrors,
)

// codedIn is an error of the core in a language; ok is false for a code without
// words.
func codedIn(err coded, l Lang) (words string, ok bool) {
	t, ok := coreErrors[err.Code()]
	if !ok {
		return "", false
	}
	return t.Form(l, err.Args()...), true
}
