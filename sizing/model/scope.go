package model

// Scope says what of a model its count of parameters takes in, in English; a
// program may say it in other languages.
type Scope string
