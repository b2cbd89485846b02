"""The product's main job, played by simulated people through the public API, and every figure checked."""
