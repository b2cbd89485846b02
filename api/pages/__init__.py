"""The web application at `/`: one folder per feature, its routes beside its templates."""
