package quantity

// Problem is what can be wrong with a text that is to be a quantity, in words
// joined by dashes.
type Problem string

// The problems.
const (
	Empty             Problem = "empty"
	NotANumber        Problem = "not-a-number"
	Infinite          Problem = "infinite"
	Negative          Problem = "negative"
	Zero              Problem = "zero"
	BelowOne          Problem = "below-one"
	TooSmall          Problem = "too-small"
	TooLarge          Problem = "too-large"
	TooLargeToCount   Problem = "too-large-to-count"
	NoDigit           Problem = "no-digit-at-the-start"
	NoDecimals        Problem = "no-digit-after-the-point"
	BadSeparator      Problem = "misplaced-separator"
	UnknownSuffix     Problem = "unknown-suffix"
	SuffixAlone       Problem = "suffix-without-number"
	ExponentAndSuffix Problem = "exponent-and-suffix"
	NoUnit            Problem = "no-unit"
	NotWhole          Problem = "not-whole-and-no-unit"
	UnitsOutOfOrder   Problem = "units-not-from-long-to-short"
)

// ofPart reports whether the problem is about a part of the input.
func (p Problem) ofPart() bool { return p == UnknownSuffix || p == BadSeparator }

// Want names what is accepted instead of a text that is rejected.
type Want struct {
	// Forms are the accepted forms, by the name of what they spell.
	Forms string
	// Most is the largest number where Forms is [WholeUpTo].
	Most int64
}

// WholeUpTo are the forms of whole numbers from 1 to [Want.Most].
const WholeUpTo = "whole-up-to"

// Forms of the parsers of this package.
const (
	formsOfParams     = "parameter-count"
	formsOfTokens     = "token-count"
	formsOfCount      = "count"
	formsOfCountUnit  = "count-suffix"
	formsOfBytes      = "size"
	formsOfByteUnit   = "size-unit"
	formsOfBandwidth  = "bandwidth"
	formsOfRateUnit   = "bandwidth-unit"
	formsOfDuration   = "duration"
	formsOfTimeUnit   = "duration-unit"
	formsOfFLOPs      = "flop-count"
	formsOfFLOPUnit   = "flop-unit"
	formsOfFLOPRate   = "flop-rate"
	formsOfFLOPPerSec = "flop-rate-unit"
	formsOfUSD        = "us-dollars"
)
