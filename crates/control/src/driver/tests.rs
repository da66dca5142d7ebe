mod bounds;
mod joining;
mod publishing;
mod subscribing;
