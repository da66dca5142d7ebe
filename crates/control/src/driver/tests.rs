mod backing;
mod bounds;
mod joining;
mod permitting;
mod publishing;
mod subscribing;
mod watching;
