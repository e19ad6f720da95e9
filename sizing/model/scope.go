package model

// Scope says in English what a model's parameter count includes; a program may
// translate it.
type Scope string
