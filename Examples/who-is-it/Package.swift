// swift-tools-version: 6.2

import PackageDescription

// A program of its own that embeds faces and looks people up. In another place, give the
// dependency's address instead of its path.
let package = Package(
    name: "who-is-it",
    platforms: [.macOS(.v14)],
    dependencies: [.package(name: "facet", path: "../..")],
    targets: [
        .executableTarget(
            name: "who-is-it",
            dependencies: [
                .product(name: "FaceEmbedding", package: "facet"),
                .product(name: "FaceGallery", package: "facet"),
                .product(name: "Facet", package: "facet"),
                .product(name: "Torch", package: "facet"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
