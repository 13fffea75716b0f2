pub mod lexical;
