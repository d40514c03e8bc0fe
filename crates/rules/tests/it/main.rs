mod files;
mod states;
