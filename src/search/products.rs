pub struct Catalogue; pub struct CatalogueIndex; pub struct ProductHit;
