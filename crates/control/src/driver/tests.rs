mod backing;
mod bounds;
mod joining;
mod publishing;
mod subscribing;
mod watching;
