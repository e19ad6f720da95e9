package text

// Errors of others, with the flag or the argument that they are about.
var (
	Fails            = T("%s: %v", "%s：%v")
	CauseFails       = T("%v: %v", "%v：%v")
	ByteFails        = T("%s: byte %d: %v", "%s：字节 %d：%v")
	QuotedValueFails = T("%q: %v", "%q：%v")
	FlagSays         = T("--%s %v", "--%s %v")
	RefitFails       = T("--refit: %v", "--refit：%v")
	FitFails         = T("--from %q, --fit: %v", "--from %q，--fit：%v")
	MemoryFails      = T("--memory: %v", "--memory：%v")
	FlagFails        = T("--%s: %v", "--%s：%v")
	FlagValueFails   = T("--%s %s: %v", "--%s %s：%v")
	ModelFails       = T("MODEL %v", "模型 %v")
	OnFails          = T("--on %s: %v", "--on %s：%v")
	SaidOf           = T("%s%v", "%s%v")
	QuotedFails      = T("%s%q: %v", "%s%q：%v")
)
