// SpoolStore
