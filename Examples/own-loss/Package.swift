// swift-tools-version: 6.2

import PackageDescription

// A program of its own that uses Facet's losses and adds one. In another place, give the
// dependency's address instead of its path.
let package = Package(
    name: "own-loss",
    platforms: [.macOS(.v14)],
    dependencies: [.package(name: "facet", path: "../..")],
    targets: [
        .executableTarget(
            name: "own-loss",
            dependencies: [
                .product(name: "FaceLosses", package: "facet"),
                .product(name: "Torch", package: "facet"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
